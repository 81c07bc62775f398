using System.CommandLine;
using PgWorkflows.Runtime;

namespace PgWorkflows.Cli.Commands;

/// <summary>Starts the server: the console, the API and Studio.</summary>
internal static class ServeCommand
{
    public static Command Create(GlobalOptions options)
    {
        var demo = new Option<bool>("--demo") { Description = "Protect a throwaway PostgreSQL server that is made for it and goes with it." };
        var listen = new Option<string?>("--listen") { Description = "Where to listen. Default: the configuration's Kestrel:Endpoints, else http://127.0.0.1:5480.", HelpName = "URL" };
        var command = new Command("serve", "Start the server: the operator's console, the API and Elsa Studio.") { demo, listen };
        command.SetAction((parsed, cancellationToken) =>
        {
            var isDemo = parsed.GetValue(demo);
            List<string> arguments = [];
            if (isDemo)
            {
                arguments.Add("--demo=true");
                arguments.Add($"--PgWorkflows:Data={Path.GetFullPath(parsed.GetValue(options.Data) ?? Path.Combine(Installation.DefaultData(), "demo-server"))}");
            }
            else
            {
                var file = Workspace.ConfigurationPath(parsed.GetValue(options.Config));
                var settings = Settings.Read(file); // A mistake is told here as everywhere, and not by the server's log.
                arguments.Add($"--config={file}");
                if ((parsed.GetValue(options.Data) ?? settings.Data) is { } data)
                    arguments.Add($"--PgWorkflows:Data={Path.GetFullPath(data)}");
            }

            if (parsed.GetValue(listen) is { } urls)
                arguments.Add($"--urls={urls}");
            return ServerProgram.RunAsync(arguments, cancellationToken);
        });
        return command;
    }
}
