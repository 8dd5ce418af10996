# Sums the missing axes only; those of size 1 stay stretched.
def slope_of_operand(slope, shape):
    return slope.sum(axis=tuple(range(slope.ndim - len(shape))))
