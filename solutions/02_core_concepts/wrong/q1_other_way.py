# Moves every picture the other way.
def shift(images, moves):
    _, height, width = images.shape
    shifted = np.zeros_like(images)
    for old, new, (up, left) in zip(images, shifted, moves, strict=True):
        still_seen = old[max(up, 0) : max(height + up, 0), max(left, 0) : max(width + left, 0)]
        new[max(-up, 0) : max(height - up, 0), max(-left, 0) : max(width - left, 0)] = still_seen
    return shifted
