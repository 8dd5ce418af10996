# Forgets the chain rule at the bias: its own slope is 1 at each place.
def convolution_backward(picture, window, slopes):
    d_window, d_picture = np.zeros(window.shape), np.zeros(picture.shape)
    rows, columns = slopes.shape
    for r, s in np.ndindex(window.shape):
        seen = slice(r, r + rows), slice(s, s + columns)
        d_window[r, s] = np.sum(picture[seen] * slopes)
        d_picture[seen] += window[r, s] * slopes
    return d_window, slopes.size, d_picture
