# Never waits for a free place.
def epoch_seconds(load, step, buffer):
    loaded, begun, ended = [], [], []
    for i in range(len(load)):
        begin = loaded[i - 1] if i else 0
        if i and buffer == 0:
            begin = ended[i - 1]
        loaded.append(begin + load[i])
        begun.append(max(loaded[i], ended[i - 1] if i else 0))
        ended.append(begun[i] + step[i])
    return ended[-1]
