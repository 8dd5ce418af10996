# Sums the right axes, but loses those of size 1 in the answer.
def slope_of_operand(slope, shape):
    full = (1,) * (slope.ndim - len(shape)) + tuple(shape)
    return slope.sum(axis=tuple(axis for axis, size in enumerate(full) if size == 1))
