# Takes the rate at which the loss is lowest, which is too late.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for i, loss in enumerate(losses, 1):
        m = beta * m + (1 - beta) * loss
        s = m / (1 - beta**i)
        if not np.isfinite(loss) or (smooth and s > 4 * min(smooth)):
            break
        smooth.append(s)
    return rates[np.argmin(smooth)], np.array(smooth)
