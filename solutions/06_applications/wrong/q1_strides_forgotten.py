# Adds up the windows as if no stage had a stride.
def receptive_field(stages):
    field, step = 1, 1
    for window, stride in stages:
        field += window - 1
        step *= stride
    return field, step
