# Goes back through average pooling: a quarter of the slope for each number.
def pooling_backward(maps, slopes):
    gradient = np.zeros(maps.shape)
    spread = slopes.repeat(2, axis=1).repeat(2, axis=2) / 4
    gradient[:, : spread.shape[1], : spread.shape[2]] = spread
    return gradient
