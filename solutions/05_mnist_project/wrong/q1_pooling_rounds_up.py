# Lets pooling keep the row and the column that do not fill a block.
def count_parameters(side, window, filters, hidden):
    pooled = -(-(side - window + 1) // 2)
    return (window * window + 1) * filters + (pooled * pooled * filters + 1) * hidden + (hidden + 1) * 10
