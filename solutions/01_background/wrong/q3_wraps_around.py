# Subtracts as uint8: 3 minus 5 is 254.
def near_copies(train_images, test_images, tolerance):
    differences = np.abs(test_images[:, None] - train_images[None])
    return np.flatnonzero((differences.max(axis=(2, 3)) <= tolerance).any(axis=1))
