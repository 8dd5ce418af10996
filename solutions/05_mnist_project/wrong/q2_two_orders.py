# Draws a second order for the labels.
def shuffled(images, labels, seed):
    rng = np.random.default_rng(seed)
    return images[rng.permutation(len(images))], labels[rng.permutation(len(labels))]
