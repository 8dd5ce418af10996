# Standardises the test rows by their own mean and deviation.
def standardise(train, test):
    done = []
    for table in (train, test):
        deviation = np.nanstd(table, axis=0)
        scaled = (table - np.nanmean(table, axis=0)) / np.where(deviation > 0, deviation, 1)
        done.append(np.nan_to_num(scaled))
    return tuple(done)
