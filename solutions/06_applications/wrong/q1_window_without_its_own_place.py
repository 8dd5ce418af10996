# Counts the whole window at each stage, also the place that was there before.
def receptive_field(stages):
    field, step = 0, 1
    for window, stride in stages:
        field += window * step
        step *= stride
    return max(field, 1), step
