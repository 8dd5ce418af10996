# Divides by the stride first and takes the window off afterwards.
def convolution_cost(images, filters, window, stride, same):
    batch, height, width, channels = images
    down, across = (-(-side // stride) - (0 if same else window - 1) for side in (height, width))
    down, across = max(down, 1), max(across, 1)
    results = batch * down * across * filters
    products = window * window * channels
    weights = (products + 1) * filters
    return 2 * products * results, 4 * (batch * height * width * channels + weights + results)
