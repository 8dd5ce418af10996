# Assumes an accuracy of one half, whatever it is.
def pictures_needed(accuracy, half_width):
    return int(np.ceil(1.96**2 * 0.25 / half_width**2))
