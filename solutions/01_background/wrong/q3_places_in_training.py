# Returns places in the training set.
def near_copies(train_images, test_images, tolerance):
    differences = np.abs(test_images[:, None].astype(int) - train_images[None])
    return np.flatnonzero((differences.max(axis=(2, 3)) <= tolerance).any(axis=0))
