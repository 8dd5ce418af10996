# Steps up the gradient of the appeal.
def one_step(ratings, mean, people, films, appeal, learning_rate, penalty):
    errors = np.where(np.isnan(ratings), 0, ratings - mean - appeal - people @ films.T)
    new_people = people - learning_rate * (-2 * errors @ films + 2 * penalty * people)
    new_films = films - learning_rate * (-2 * errors.T @ people + 2 * penalty * films)
    return new_people, new_films, appeal - learning_rate * 2 * errors.sum(axis=0)
