# Forgets the biases of all layers.
def count_parameters(side, window, filters, hidden):
    pooled = (side - window + 1) // 2
    return window * window * filters + pooled * pooled * filters * hidden + hidden * 10
