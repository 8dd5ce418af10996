# Counts as if the convolution kept the side.
def count_parameters(side, window, filters, hidden):
    pooled = side // 2
    return (window * window + 1) * filters + (pooled * pooled * filters + 1) * hidden + (hidden + 1) * 10
