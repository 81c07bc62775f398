using System.CommandLine;

namespace PgWorkflows.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public GlobalOptions()
    {
        foreach (var path in new[] { Config, Data })
        {
            path.Validators.Add(result =>
            {
                if (result.Tokens is [{ Value: "" }])
                    result.AddError($"{path.Name} needs a path.");
            });
        }
    }

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "The configuration file. Default: appsettings.json in this folder, else the one beside the program.",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The folder of the history and of working files. Default: PgWorkflows:Data of the configuration, else the platform's place.",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<string?> Server { get; } = new("--server")
    {
        Description = "Do it through this server, for example http://127.0.0.1:5480. The key comes from PGW_KEY or --key-file.",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string?> KeyFile { get; } = new("--key-file")
    {
        Description = "The file with the server's key, readable by you only. Default: the environment variable PGW_KEY.",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer with JSON on standard output.",
        Recursive = true,
    };
}
