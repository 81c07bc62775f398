using PgWorkflows.Server.Access;
using PgWorkflows.Server.Console;
using PgWorkflows.Server.Demo;
using PgWorkflows.Server.Elsa;
using PgWorkflows.Server.Hosting;
using PgWorkflows.Server.Hosting.Service;
using PgWorkflows.Server.Studio;
using PgWorkflows.Server.Triggers;

// Order matters: who is asking is known before anything answers.
StartProblems.AreToldInWords();
var builder = ServerHost.CreateBuilder(args);
builder.AddConfigurationFile();
await builder.AddDemoAsync();
var settings = ServerSettings.Read(builder.Configuration);
builder.AddInstallation(settings);
builder.AddService();
builder.AddAccess(settings.Server);
builder.AddElsaApi();
builder.AddConsole();
builder.AddTriggers();

var app = builder.Build();
app.UseAccess();
app.MapAccess();
app.MapElsaApi();
app.MapStudio();
app.MapConsole();
app.MapTriggers();
app.RequireAccessOnAllRoutes();
app.Run();
