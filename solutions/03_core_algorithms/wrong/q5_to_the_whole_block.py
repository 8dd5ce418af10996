# Gives every number of a block the whole slope, as if each could lift the largest.
def pooling_backward(maps, slopes):
    gradient = np.zeros(maps.shape)
    spread = slopes.repeat(2, axis=1).repeat(2, axis=2)
    gradient[:, : spread.shape[1], : spread.shape[2]] = spread
    return gradient
