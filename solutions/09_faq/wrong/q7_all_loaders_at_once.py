# Loads several batches at the same time.
def epoch_seconds(load, step, buffer):
    loaded, begun, ended = [], [], []
    for i in range(len(load)):
        begin = 0
        if i and buffer == 0:
            begin = ended[i - 1]
        elif i >= buffer > 0:
            begin = max(begin, begun[i - buffer])
        loaded.append(begin + load[i])
        begun.append(max(loaded[i], ended[i - 1] if i else 0))
        ended.append(begun[i] + step[i])
    return ended[-1]
