namespace PgWorkflows.Postgres.Resources;

/// <summary>Guesses what a misspelt key was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The cure for an unknown name: the closest known one, or all of them when none is close.</summary>
    public static string Cure(string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var (distance, best) = names.Select(n => (Distance(name.ToUpperInvariant(), n.ToUpperInvariant()), n)).Min();
        return distance <= Math.Max(2, name.Length / 3) ? $"perhaps you mean '{best}'" : $"known are {string.Join(", ", names)}";
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }

        return row[^1];
    }
}
