# Rounds down: just not enough.
def pictures_needed(accuracy, half_width):
    return int(1.96**2 * accuracy * (1 - accuracy) / half_width**2)
