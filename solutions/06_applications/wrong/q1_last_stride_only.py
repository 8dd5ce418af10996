# Takes the stride of the last stage for the step of all.
def receptive_field(stages):
    field, step = 1, 1
    for window, stride in stages:
        field += (window - 1) * step
        step *= stride
    return field, stages[-1][1] if stages else 1
