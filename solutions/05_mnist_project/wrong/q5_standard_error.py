# Forgets the factor 1.96: a 68 % interval.
def pictures_needed(accuracy, half_width):
    return int(np.ceil(accuracy * (1 - accuracy) / half_width**2))
