# Goes by operations per byte, which a layer that moves nothing has not.
def best_rates(peak, bandwidth, operations, moved):
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.minimum(peak, operations / moved * bandwidth)
    rates = np.where(moved > 0, rates, 0)
    times = np.maximum(operations / peak, moved / bandwidth)
    return rates, operations.sum() / times.sum()
