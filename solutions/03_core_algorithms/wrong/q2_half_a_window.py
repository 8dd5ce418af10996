# Counts a last window that sticks out of the picture.
def follow(shape, stack):
    shapes, parameters = [], 0
    for layer in stack:
        if layer["kind"] == "convolution":
            room = 2 * layer["padding"] - layer["window"]
            rows, columns = (-(-(side + room) // layer["stride"]) + 1 for side in shape[:2])
            parameters += (layer["window"] ** 2 * shape[2] + 1) * layer["filters"]
            shape = (rows, columns, layer["filters"])
        elif layer["kind"] == "pooling":
            shape = (shape[0] // layer["window"], shape[1] // layer["window"], shape[2])
        elif layer["kind"] == "flatten":
            shape = (shape[0] * shape[1] * shape[2],)
        else:
            parameters += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
        shapes.append(shape)
    return shapes, parameters
