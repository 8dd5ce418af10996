# Multiplies the windows, as if they never overlapped.
def receptive_field(stages):
    field, step = 1, 1
    for window, stride in stages:
        field *= window
        step *= stride
    return field, step
