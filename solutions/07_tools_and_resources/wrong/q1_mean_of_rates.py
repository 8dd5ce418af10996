# Takes the mean of the layers' rates for the rate of the whole.
def best_rates(peak, bandwidth, operations, moved):
    times = np.maximum(operations / peak, moved / bandwidth)
    rates = operations / times
    return rates, rates.mean()
