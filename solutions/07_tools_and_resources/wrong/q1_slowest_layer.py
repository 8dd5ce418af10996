# Takes the rate of the slowest layer for the rate of the whole.
def best_rates(peak, bandwidth, operations, moved):
    rates = operations / np.maximum(operations / peak, moved / bandwidth)
    return rates, rates.min()
