# Rounds down where a stride doesn't come out even, also with padding.
def convolution_cost(images, filters, window, stride, same):
    batch, height, width, channels = images
    fits = [side if same else side - window + 1 for side in (height, width)]
    down, across = (side // stride for side in fits)
    results = batch * down * across * filters
    products = window * window * channels
    weights = (products + 1) * filters
    return 2 * products * results, 4 * (batch * height * width * channels + weights + results)
