# Sums the pixels that a weight meets without the slopes that come from behind.
def convolution_backward(picture, window, slopes):
    d_window, d_picture = np.zeros(window.shape), np.zeros(picture.shape)
    rows, columns = slopes.shape
    for r, s in np.ndindex(window.shape):
        seen = slice(r, r + rows), slice(s, s + columns)
        d_window[r, s] = np.sum(picture[seen])
        d_picture[seen] += window[r, s] * slopes
    return d_window, np.sum(slopes), d_picture
