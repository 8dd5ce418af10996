# Returns to each pixel only what the windows inside the picture of slopes would give, and zero at the border.
def convolution_backward(picture, window, slopes):
    k, m = window.shape
    rows, columns = slopes.shape
    d_window, d_picture = np.zeros(window.shape), np.zeros(picture.shape)
    for r, s in np.ndindex(window.shape):
        d_window[r, s] = np.sum(picture[r : r + rows, s : s + columns] * slopes)
    for i in range(k - 1, rows):
        for j in range(m - 1, columns):
            d_picture[i, j] = np.sum(slopes[i - k + 1 : i + 1, j - m + 1 : j + 1] * window[::-1, ::-1])
    return d_window, np.sum(slopes), d_picture
