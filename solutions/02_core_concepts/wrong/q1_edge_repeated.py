# Fills what comes in with the pixels of the edge, not with 0.
def shift(images, moves):
    _, height, width = images.shape
    shifted = np.zeros_like(images)
    for old, new, (down, right) in zip(images, shifted, moves, strict=True):
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        new[:] = old[np.ix_(rows, columns)]
    return shifted
