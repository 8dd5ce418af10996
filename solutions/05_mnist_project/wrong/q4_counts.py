# Compares counts, not shares: the common digit wins.
def commonest_mistake(labels, predictions):
    matrix = np.zeros((10, 10))
    np.add.at(matrix, (labels, predictions), 1)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(matrix, 0)
    true, read_as = np.unravel_index(matrix.argmax(), matrix.shape)
    return int(true), int(read_as), float(shares[true, read_as])
