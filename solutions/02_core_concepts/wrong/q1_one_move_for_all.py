# Moves all pictures as the first one.
def shift(images, moves):
    _, height, width = images.shape
    down, right = moves[0]
    shifted = np.zeros_like(images)
    still_seen = images[:, max(-down, 0) : max(height - down, 0), max(-right, 0) : max(width - right, 0)]
    shifted[:, max(down, 0) : max(height + down, 0), max(right, 0) : max(width + right, 0)] = still_seen
    return shifted
