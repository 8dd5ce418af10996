# Reads the curve to its end, through the blow-up.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for i, loss in enumerate(losses, 1):
        m = beta * m + (1 - beta) * loss
        s = m / (1 - beta**i)
        if not np.isfinite(loss):
            break
        smooth.append(s)
    smooth, logs = np.array(smooth), np.log(rates[: len(smooth)])
    slopes = (smooth[2:] - smooth[:-2]) / (logs[2:] - logs[:-2])
    return rates[1 + np.argmin(slopes)], smooth
