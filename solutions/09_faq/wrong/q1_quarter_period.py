# Goes through a quarter of a period, steep at its end.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps) + 1
    progress = np.clip((done - warm_up) / (total - warm_up), 0, 1)
    falling = bottom + (top - bottom) * np.cos(np.pi / 2 * progress)
    return np.where(done < warm_up, top * done / max(warm_up, 1), falling)
