# Finds exact copies only.
def near_copies(train_images, test_images, tolerance):
    return np.flatnonzero((test_images[:, None] == train_images[None]).all(axis=(2, 3)).any(axis=1))
