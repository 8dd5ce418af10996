# Divides by the mistakes of the digit, not by its pictures.
def commonest_mistake(labels, predictions):
    matrix = np.zeros((10, 10))
    np.add.at(matrix, (labels, predictions), 1)
    np.fill_diagonal(matrix, 0)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    true, read_as = np.unravel_index(shares.argmax(), shares.shape)
    return int(true), int(read_as), float(shares[true, read_as])
