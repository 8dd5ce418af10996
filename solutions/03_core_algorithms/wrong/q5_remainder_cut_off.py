# Forgets the last row and column that fill no block: the gradient is smaller than the maps.
def pooling_backward(maps, slopes):
    n, rows, columns, channels = slopes.shape
    blocks = maps[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, channels)
    blocks = blocks.transpose(0, 1, 3, 5, 2, 4).reshape(n, rows, columns, channels, 4)
    gradient = np.eye(4)[blocks.argmax(axis=-1)] * slopes[..., None]
    gradient = gradient.reshape(n, rows, columns, channels, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    return gradient.reshape(n, 2 * rows, 2 * columns, channels)
