namespace PgWorkflows.Server.Access;

/// <summary>The server cannot start as it is configured; the message has every problem on a line of its own.</summary>
internal sealed class ServerConfigurationException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>Goes on when there is no problem.</summary>
    /// <exception cref="ServerConfigurationException">There is at least one.</exception>
    public static void ThrowIfAny(IReadOnlyCollection<(string Key, string Problem, string Cure)> problems)
    {
        if (problems.Count > 0)
            throw new ServerConfigurationException([.. problems.Select(wrong => $"{wrong.Key} {wrong.Problem}; {wrong.Cure}.")]);
    }
}
