# Takes the first number for the move to the right and the second for the move down.
def shift(images, moves):
    _, height, width = images.shape
    shifted = np.zeros_like(images)
    for old, new, (right, down) in zip(images, shifted, moves, strict=True):
        still_seen = old[max(-down, 0) : max(height - down, 0), max(-right, 0) : max(width - right, 0)]
        new[max(down, 0) : max(height + down, 0), max(right, 0) : max(width + right, 0)] = still_seen
    return shifted
