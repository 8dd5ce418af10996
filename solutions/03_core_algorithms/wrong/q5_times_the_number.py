# Multiplies the slope by the largest number itself.
def pooling_backward(maps, slopes):
    rows, columns = slopes.shape[1:3]
    corners = [np.s_[:, r : 2 * rows : 2, s : 2 * columns : 2] for r in (0, 1) for s in (0, 1)]
    largest = np.max([maps[corner] for corner in corners], axis=0)
    gradient, served = np.zeros(maps.shape), np.zeros(slopes.shape, dtype=bool)
    for corner in corners:
        hit = (maps[corner] == largest) & ~served
        gradient[corner] = hit * slopes * largest
        served |= hit
    return gradient
