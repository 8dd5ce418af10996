# Lets a stage's own stride spread its own window.
def receptive_field(stages):
    field, step = 1, 1
    for window, stride in stages:
        step *= stride
        field += (window - 1) * step
    return field, step
