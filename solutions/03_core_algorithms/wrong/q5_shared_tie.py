# Shares the slope among all numbers that are the largest.
def pooling_backward(maps, slopes):
    rows, columns = slopes.shape[1:3]
    corners = [np.s_[:, r : 2 * rows : 2, s : 2 * columns : 2] for r in (0, 1) for s in (0, 1)]
    blocks = np.array([maps[corner] for corner in corners])
    hits = blocks == blocks.max(axis=0)
    gradient = np.zeros(maps.shape)
    for corner, hit in zip(corners, hits, strict=True):
        gradient[corner] = hit * slopes / hits.sum(axis=0)
    return gradient
