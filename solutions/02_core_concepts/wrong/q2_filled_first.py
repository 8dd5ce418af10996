# Fills the holes before it measures the deviation, which makes the deviation too small.
def standardise(train, test):
    mean = np.nanmean(train, axis=0)
    train, test = np.where(np.isnan(train), mean, train), np.where(np.isnan(test), mean, test)
    deviation = train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    return (train - mean) / deviation, (test - mean) / deviation
