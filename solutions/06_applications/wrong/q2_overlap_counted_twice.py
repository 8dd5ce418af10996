# Counts what both have in common twice in the union.
def keep_frames(frames, scores, limit):
    areas = np.prod(frames[:, 2:] - frames[:, :2], axis=1)
    kept = []
    for place in np.argsort(-scores):
        top_left = np.maximum(frames[place, :2], frames[kept, :2])
        bottom_right = np.minimum(frames[place, 2:], frames[kept, 2:])
        shared = np.prod((bottom_right - top_left).clip(0), axis=1)
        if np.all(shared / (areas[place] + areas[kept]) <= limit):
            kept.append(int(place))
    return np.array(kept, dtype=int)
