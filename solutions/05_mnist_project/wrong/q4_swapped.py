# Takes the predictions for the rows.
def commonest_mistake(labels, predictions):
    matrix = np.zeros((10, 10))
    np.add.at(matrix, (predictions, labels), 1)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    true, read_as = np.unravel_index(shares.argmax(), shares.shape)
    return int(true), int(read_as), float(shares[true, read_as])
