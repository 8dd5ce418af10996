# Shuffles the images and leaves the labels.
def shuffled(images, labels, seed):
    rng = np.random.default_rng(seed)
    return images[rng.permutation(len(images))], labels
