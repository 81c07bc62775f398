namespace PgWorkflows.ElsaServer;

/// <summary>The section <c>ElsaServer</c>.</summary>
internal sealed class ServerSettings
{
    public const string Section = "ElsaServer";

    public string Data { get; set; } = "App_Data";

    public Uri BaseUrl { get; set; } = new("http://127.0.0.1:5490");

    public string WorkflowsPath { get; set; } = "/workflows";

    public bool AnonymousWorkflows { get; set; }

    public TimeSpan InactivityThreshold { get; set; } = TimeSpan.FromMinutes(5);

    public IList<string> StudioOrigins { get; } = [];

    /// <exception cref="SettingsException">Something cannot be used.</exception>
    public static ServerSettings Read(IConfiguration configuration, string root)
    {
        var section = configuration.GetSection(Section);
        var known = typeof(ServerSettings).GetProperties().Select(property => property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var problems = section.GetChildren().Where(child => !known.Contains(child.Key)).Select(child => $"{child.Path} is unknown: leave it out.").ToList();
        var settings = new ServerSettings();
        try
        {
            section.Bind(settings);
        }
        catch (InvalidOperationException e)
        {
            problems.Add($"{e.Message} Correct it.");
        }

        if (!settings.BaseUrl.IsAbsoluteUri)
            problems.Add($"{Section}:BaseUrl is '{settings.BaseUrl}': write the address that others use, as https://elsa.example.org.");
        if (settings.WorkflowsPath is not ['/', _, ..])
            problems.Add($"{Section}:WorkflowsPath is '{settings.WorkflowsPath}': write a path such as /workflows.");
        if (settings.InactivityThreshold < TimeSpan.FromSeconds(1) || settings.InactivityThreshold > TimeSpan.FromDays(1))
            problems.Add($"{Section}:InactivityThreshold is {settings.InactivityThreshold}: write a duration from 00:00:01 to 1.00:00:00.");
        foreach (var origin in settings.StudioOrigins.Where(origin => !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || origin != uri.GetLeftPart(UriPartial.Authority)))
            problems.Add($"{Section}:StudioOrigins has '{origin}': write scheme, host and port only, as https://studio.example.org.");
        if (problems.Count > 0)
            throw new SettingsException(problems);

        settings.Data = Path.GetFullPath(settings.Data, root);
        return settings;
    }
}

/// <summary>The server's own settings cannot be used; the message has every problem with its cure.</summary>
internal sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems));
