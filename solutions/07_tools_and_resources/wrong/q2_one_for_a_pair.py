# Counts a multiplication with its addition as one operation.
def convolution_cost(images, filters, window, stride, same):
    batch, height, width, channels = images
    fits = [side if same else side - window + 1 for side in (height, width)]
    down, across = (-(-side // stride) for side in fits)
    results = batch * down * across * filters
    products = window * window * channels
    weights = (products + 1) * filters
    return products * results, 4 * (batch * height * width * channels + weights + results)
