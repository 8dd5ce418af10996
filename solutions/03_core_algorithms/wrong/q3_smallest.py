# Finds all of the ill, whatever was asked for: a threshold that is enough, but not the largest.
def threshold_for(truth, risk, wanted):
    threshold = risk[truth == 1].min()
    return threshold, np.mean(risk[truth == 0] < threshold)
