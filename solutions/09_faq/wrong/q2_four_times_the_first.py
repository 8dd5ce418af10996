# Compares with the first value and not with the smallest.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for i, loss in enumerate(losses, 1):
        m = beta * m + (1 - beta) * loss
        s = m / (1 - beta**i)
        if not np.isfinite(loss) or (smooth and s > 4 * smooth[0]):
            break
        smooth.append(s)
    smooth, logs = np.array(smooth), np.log(rates[: len(smooth)])
    slopes = (smooth[2:] - smooth[:-2]) / (logs[2:] - logs[:-2])
    return rates[1 + np.argmin(slopes)], smooth
